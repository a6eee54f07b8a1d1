import type { TRPCBuiltRouter, TRPCDecorateCreateRouterOptions } from '@trpc/server'
import type { CallErrorShape } from './call-error-shape.ts'
import { auditProcedures } from './routers/audit.ts'
import { authProcedures } from './routers/auth.ts'
import { chatsProcedures } from './routers/chats.ts'
import { identityKeysProcedures } from './routers/identity-keys.ts'
import { inboxProcedures } from './routers/inbox.ts'
import { keysProcedures } from './routers/keys.ts'
import { messagesProcedures } from './routers/messages.ts'
import { operatorsProcedures } from './routers/operators.ts'
import { usersProcedures } from './routers/users.ts'
import { router } from './trpc.ts'

const procedures = {
  users: usersProcedures,
  auth: authProcedures,
  operators: operatorsProcedures,
  audit: auditProcedures,
  keys: keysProcedures,
  identityKeys: identityKeysProcedures,
  chats: chatsProcedures,
  messages: messagesProcedures,
  inbox: inboxProcedures,
}

/**
 * The public type of the router: inputs, outputs and the shape of errors. It leaves out the context, so that the
 * published types do not refer to server source.
 */
export type AppRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: CallErrorShape; transformer: false },
  TRPCDecorateCreateRouterOptions<typeof procedures>
>

/** @internal The router as the server mounts it; left out of the published types. */
export const appRouter = router(procedures)
