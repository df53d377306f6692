/** A vertical line between two columns: from where it comes and to where it goes, on the left and on the right. */
export interface Trunk {
  readonly left: readonly number[]
  readonly right: readonly number[]
}

/** Two lines nearer than this are taken for one. */
const near = 3
/** How much worse it is to be taken for another line than to cross it. */
const mistaken = 20
const mostRounds = 12

/** True where nothing has to turn. */
export function isStraight({ left, right }: Trunk): boolean {
  const [y] = left
  return y !== undefined && [...left, ...right].every((other) => Math.abs(other - y) < 0.5)
}

/** The lane of each trunk, 0 on the left, so that few of them cross. A straight one needs none and has lane 0. */
export function lanesOf(trunks: readonly Trunk[]): {
  readonly lanes: readonly number[]
  readonly count: number
} {
  const turning = trunks.flatMap((trunk, place) => (isStraight(trunk) ? [] : [place]))
  const order = [...turning]
  let cost = costOf(order, trunks)
  for (let round = 0; round < mostRounds; round++) {
    let isBetter = false
    for (let from = 0; from < order.length; from++) {
      for (let to = 0; to < order.length; to++) {
        if (from === to) continue
        const tried = [...order]
        tried.splice(to, 0, ...tried.splice(from, 1))
        const triedCost = costOf(tried, trunks)
        if (triedCost >= cost) continue
        order.splice(0, order.length, ...tried)
        cost = triedCost
        isBetter = true
      }
    }
    if (!isBetter) break
  }
  const lanes = trunks.map(() => 0)
  order.forEach((place, lane) => {
    lanes[place] = lane
  })
  return { lanes, count: order.length }
}

function costOf(order: readonly number[], trunks: readonly Trunk[]): number {
  let cost = 0
  order.forEach((place, lane) => {
    const { left, right } = trunks[place]!
    order.forEach((other, otherLane) => {
      if (otherLane === lane) return
      const isLeft = otherLane < lane
      for (const y of isLeft ? left : right) {
        if (isInSpan(y, trunks[other]!)) cost++
        // The other one turns off on this side, too, where this one still comes along.
        for (const turn of isLeft ? trunks[other]!.right : trunks[other]!.left) {
          if (Math.abs(turn - y) < near) cost += mistaken
        }
      }
    })
  })
  return cost
}

function isInSpan(y: number, { left, right }: Trunk): boolean {
  const all = [...left, ...right]
  return y > Math.min(...all) - near && y < Math.max(...all) + near
}
