import type { User } from '@deskbell/sdk'
import { type ReactNode, useContext } from 'react'
import { useNavigate } from '../../../components/navigation.tsx'
import { chatsPath, SearchContext } from '../../routing/route.ts'
import { rememberUser } from '../../routing/session-hint.ts'
import { PublicLayout } from '../public/public-layout.tsx'

type FormPageProps = {
  readonly title: ReactNode
  readonly text: ReactNode
  readonly below?: ReactNode
  readonly children: ReactNode
}

/** A page with one form. */
export function FormPage({ title, text, below, children }: FormPageProps) {
  return (
    <PublicLayout>
      <div className="m-auto grid w-full max-w-[25rem] gap-6 py-6">
        <div className="grid justify-items-center gap-2 text-center">
          <h1 className="text-h1 font-semibold text-balance max-md:text-h2">{title}</h1>
          <p className="text-body text-balance text-ink-2">{text}</p>
        </div>
        <div className="grid gap-5 rounded-[1rem] border border-line bg-surface p-6 shadow-menu max-md:p-5">
          {children}
        </div>
        {below !== undefined && <p className="text-center">{below}</p>}
      </div>
    </PublicLayout>
  )
}

/** Returns what shows the page of the user who has signed in. */
export function useOnSignedIn() {
  const navigate = useNavigate()
  const search = useContext(SearchContext)
  return (user: User) => {
    rememberUser(user)
    navigate(chatsPath(user.id, search))
  }
}
