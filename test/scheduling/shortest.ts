import type { Plan } from 'dagmar'

/**
 * The shortest makespan of all schedules of a small plan without pools, capacities and priorities, by trying each choice
 * at each instant at which a task is over. With `mayIdle`, a slot may stay free though a task is ready.
 */
export function shortest({ tasks }: Plan, slots: number, mayIdle: boolean): number {
  const endAt = tasks.map(() => Number.NaN)
  let best = Number.POSITIVE_INFINITY
  const visit = (now: number): void => {
    if (now >= best) return
    const running = tasks.filter(({ index }) => endAt[index]! > now)
    const ready = tasks.filter(
      ({ index, needs }) => Number.isNaN(endAt[index]) && needs.every((need) => endAt[need]! <= now),
    )
    if (endAt.every((end) => !Number.isNaN(end))) best = Math.min(best, Math.max(...endAt))
    const isFull = running.length >= slots
    if (!isFull) {
      for (const { index, estimateMs } of ready) {
        endAt[index] = now + estimateMs!
        visit(now)
        endAt[index] = Number.NaN
      }
    }
    if (running.length > 0 && (isFull || ready.length === 0 || mayIdle)) {
      visit(Math.min(...running.map(({ index }) => endAt[index]!)))
    }
  }
  visit(0)
  return best
}
