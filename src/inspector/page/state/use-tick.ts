import { useEffect, useState } from 'preact/hooks'
import { history, isFollowing, link, told } from './shown.ts'

const everyMs = 250

/** Has a component that shows lengths of time drawn anew four times a second while the run that is shown goes on. */
export function useTick(): void {
  const [, tick] = useState(0)
  void told.value
  const goesOn =
    link.value.state === 'live' && isFollowing.value && history.value.latest().settledAt === undefined
  useEffect(() => {
    if (!goesOn) return undefined
    const timer = setInterval(() => tick((count) => count + 1), everyMs)
    return () => clearInterval(timer)
  }, [goesOn])
}
