/** What each key does, as the help shows it. */
export const keys: readonly (readonly [key: string, what: string])[] = [
  ['1 – 6', 'dag, timeline, statechart, events, facts, agents'],
  ['r', 'all runs'],
  ['/', 'search'],
  ['[ and ]', 'one fact back, one fact on'],
  ['Home and End', 'the first fact, now'],
  ['Space', 'hold this instant, or go on live'],
  ['Arrows', 'move in the view that has the focus'],
  ['Enter', 'open the task'],
  ['Escape', 'close what is open, then leave the task'],
  ['f and 0', 'fit the view, original size'],
  ['t', 'dag: trace what a task needs, and what needs it'],
  ['g', 'dag: fold or unfold what looks alike'],
  ['?', 'this help'],
]
