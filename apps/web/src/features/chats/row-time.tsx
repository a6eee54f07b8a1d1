import { useFormat } from '../../components/use-format.ts'

/** When something last happened in a chat: today's time, or the day. */
export function RowTime({ at }: { at: string }) {
  const format = useFormat()
  return (
    <time dateTime={at} title={format.moment(at)} className="shrink-0 text-meta text-ink-3 tabular-nums">
      {format.brief(at)}
    </time>
  )
}
