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
  const costs = turning.map((left) => turning.map((right) => costOf(trunks[left]!, trunks[right]!)))
  const order = turning.map((_, place) => place)
  for (let round = 0; round < mostRounds && improve(order, costs); round++);
  const lanes = trunks.map(() => 0)
  order.forEach((place, lane) => {
    lanes[turning[place]!] = lane
  })
  return { lanes, count: order.length }
}

/** Moves each trunk to where it costs least among the others. Returns whether that changed anything. */
function improve(order: number[], costs: readonly (readonly number[])[]): boolean {
  let isBetter = false
  for (let trunk = 0; trunk < order.length; trunk++) {
    const from = order.indexOf(trunk)
    const others = order.filter((other) => other !== trunk)
    // The cost of standing left of all others, and then of going past one after the other.
    let cost = 0
    let least = 0
    let to = 0
    let here = 0
    others.forEach((other, place) => {
      cost += costs[other]![trunk]! - costs[trunk]![other]!
      if (place + 1 === from) here = cost
      if (cost >= least) return
      least = cost
      to = place + 1
    })
    if (least >= here) continue
    others.splice(to, 0, trunk)
    order.splice(0, order.length, ...others)
    isBetter = true
  }
  return isBetter
}

/** What it costs that the one stands left of the other. */
function costOf(left: Trunk, right: Trunk): number {
  return against(left.right, right, right.left) + against(right.left, left, left.right)
}

/** Lines that cross a trunk, and that run where it turns off on the same side. */
function against(lines: readonly number[], trunk: Trunk, turns: readonly number[]): number {
  const all = [...trunk.left, ...trunk.right]
  const top = Math.min(...all) - near
  const bottom = Math.max(...all) + near
  let cost = 0
  for (const y of lines) {
    if (y > top && y < bottom) cost++
    for (const turn of turns) if (Math.abs(turn - y) < near) cost += mistaken
  }
  return cost
}
