/*
 * A program that runs one random dag in a store, or goes on with it, and may be killed at any instant: by others, or by
 * itself before or after an append. What its tasks do, they append to a file.
 */
import crypto from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { setTimeout as wait } from 'node:timers/promises'

const {
  DIST,
  STORE,
  PATH_OF_STORE,
  EFFECTS,
  SEED,
  MOST_TASKS,
  ROUND,
  DIES_AT,
  DIES,
  TAKES_OVER,
  COUNTS_IDS,
} = process.env

// Files are named after such ids, and processes are found by them: two that run at once count apart.
if (COUNTS_IDS !== undefined) {
  let ids = 0
  crypto.randomUUID = () =>
    `${ROUND.padStart(8, '0')}-${COUNTS_IDS}-4000-8000-${String(++ids).padStart(12, '0')}`
  syncBuiltinESMExports()
}

const { command, createRuntime, plan } = await import(`${DIST}/index.js`)
const opened = (await import(`${DIST}/${STORE}.js`))[STORE](PATH_OF_STORE)

const chance = (() => {
  let state = Number(SEED)
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
})()

/** What it does, on a line of the file: which coordinator's task it is, which attempt, and what. */
const line = (taskId, attempt, what) => `${ROUND} ${taskId} ${attempt} ${what}\n`

function commandFor(seconds, exits) {
  const say = (what) => `echo "$ROUND $DAGMAR_TASK_ID \${DAGMAR_ATTEMPT##*/} ${what}" >> "$EFFECTS"`
  const fails = exits === 0 ? '' : `[ "\${DAGMAR_ATTEMPT##*/}" != 1 ] || exit ${exits}; `
  // The second process leaves the group: it is found by its mark.
  return command(
    `${say('begin')}; setsid -f sh -c 'sleep ${seconds}'; sleep ${seconds}; ${fails}${say('end')}; echo '{"n":1}'`,
  )
}

function handlerFor(ms, fails) {
  return async ({ taskId, attempt }) => {
    appendFileSync(EFFECTS, line(taskId, attempt, 'begin'))
    await wait(ms)
    if (fails && attempt === 1) throw new Error('the first attempt fails')
    appendFileSync(EFFECTS, line(taskId, attempt, 'end'))
    return { taskId }
  }
}

const size = Math.min(Number(MOST_TASKS), 6 + Math.floor(chance() * 10))
const tasks = Object.fromEntries(
  Array.from({ length: size }, (_, index) => {
    const needs = Array.from({ length: index }, (_none, need) => `t${need}`).filter(
      () => chance() < 2 / (index + 1),
    )
    // Some outlive the time that the next coordinator takes to come up, and would do their work beside their successors.
    const ms = Math.floor(chance() < 0.3 ? 700 : chance() * 60)
    const fails = chance() < 0.25
    const run = chance() < 0.5 ? handlerFor(ms, fails) : commandFor(ms / 1000, fails ? 3 : 0)
    return [`t${index}`, { run, needs, when: 'all-settled' }]
  }),
)

const dag = plan({
  name: 'random',
  tasks,
  defaults: { maxInterruptions: Infinity, retry: { maxAttempts: 3, backoff: { base: 30, factor: 1 } } },
})

let appends = 0
const die = () => process.kill(process.pid, 'SIGKILL')
const store = {
  create: (...given) => opened.create(...given),
  open: (...given) => opened.open(...given),
  release: (...given) => opened.release(...given),
  read: (...given) => opened.read(...given),
  runs: (...given) => opened.runs(...given),
  close: () => opened.close(),
  append: (groups) => {
    const isLast = ++appends === Number(DIES_AT)
    if (isLast && DIES === 'before') die()
    const answer = opened.append(groups)
    if (!isLast || DIES !== 'after') return answer
    if (answer === undefined) die()
    return answer?.then(die)
  },
}

const runtime = createRuntime({ store, concurrency: 4 })
const known = await store.runs()
const takeOver = TAKES_OVER !== undefined
const run =
  known.length === 0 ? runtime.dispatch(dag, { id: 'run' }) : await runtime.recover('run', { dag, takeOver })
const { status, failure } = await run.result
await runtime.shutdown()
await store.close()
process.stdout.write(`${status} ${appends} ${failure?.message ?? ''}\n`)
