import { importCode } from '@deskbell/sdk/import-code'

/** The pages load their own parts as the SDK does. */
export const importPart = importCode
