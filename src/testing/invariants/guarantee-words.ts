/** What dagmar guarantees, by number and in its very words: the README has the table, `test/laws` the laws. */
export const guarantees = {
  1: 'A task starts only when its rule is met by settled dependencies.',
  2: 'A task has at most one live attempt.',
  3: 'Slots, pools and capacities in use never exceed a limit.',
  4: 'Every run settles, once it is not held or paused, its questions are answered, and every handler ends or has a timeout.',
  5: 'A settled task never changes, except by redrive.',
  6: 'A report of an old attempt changes nothing.',
  7: 'After a kill nothing starts but teardown, and everything that was started is confirmed ended or reported abandoned.',
  8: "A task uses at most `maxAttempts` attempts, with waits inside the policy's bounds.",
  9: 'Replaying the journal gives the live state, for every prefix.',
  10: 'A crash at any fact, followed by recovery, settles the same tasks the same way for the same later reports; completed tasks do not run again.',
  11: 'An answer to one waiting task changes no sibling.',
  12: 'The order in which independent tasks complete changes no outcome, without abort, critical failures, early rules, and limits of time and quota.',
  13: 'No run fact is lost or repeated to a lossless subscriber.',
  14: 'Nothing polls: while tasks wait or run, the runtime has no repeating timer (a bounded probe of a process group in `stopping` is allowed).',
} as const

export type GuaranteeNumber = keyof typeof guarantees
