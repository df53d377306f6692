// `npm run bench`: measures each cell in a process of its own, one after the other, and prints what it found.
import { writeFileSync } from 'node:fs'
import { argv, exit, stderr, stdout } from 'node:process'
import { type ContenderName, contenderNames, entryOf } from './contenders/registry.ts'
import type { Findings } from './findings.ts'
import { describeMachine } from './machine.ts'
import { help, type Options, readOptions } from './options.ts'
import { type Peers, readyPeers } from './peers.ts'
import { showProgress } from './progress.ts'
import { goalsTable } from './report/goals.ts'
import { sectionTables } from './report/section-tables.ts'
import { timesNotes, timesTables } from './report/times-tables.ts'
import { stepsOf } from './steps.ts'

async function main(): Promise<number> {
  let options: Options | undefined
  try {
    options = readOptions(argv.slice(2))
  } catch (error) {
    stderr.write(`${(error as Error).message}\n\n${help}`)
    return 1
  }
  if (options === undefined) {
    stdout.write(help)
    return 0
  }
  const peers = options.peers ? await readyPeers((line) => stderr.write(`${line}\n`)) : noPeers
  const findings = await measureAll(options, peers)
  stdout.write(`${report(findings).join('\n\n')}\n`)
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(findings, null, 1)}\n`)
  return findings.failures.length > 0 ? 1 : 0
}

const noPeers: Peers = { versions: {}, missing: [] }

async function measureAll(options: Options, { versions, missing }: Peers): Promise<Findings> {
  const findings: Findings = {
    level: options.level,
    machine: describeMachine(),
    peers: versions,
    missing,
    times: [],
    latency: [],
    heap: [],
    growth: [],
    kill: [],
    dispatch: [],
    runs: [],
    agents: [],
    import: [],
    sizes: [],
    beforeAfter: [],
    failures: [],
  }
  const isThere = (name: ContenderName): boolean => {
    const { package: needed } = entryOf(name)
    return needed === undefined || versions[needed] !== undefined
  }
  const asked = contenderNames.filter((name) => options.contenders.includes(name))
  const steps = stepsOf(options, asked.filter(isThere), findings)
  const progress = showProgress(steps.length)
  const failed = new Set<ContenderName>()
  for (const { what, contender, take } of steps) {
    progress.step(what)
    if (contender !== undefined && failed.has(contender)) continue
    try {
      await take()
    } catch (error) {
      if (contender !== undefined) failed.add(contender)
      findings.failures.push({ what, error: (error as Error).message })
      progress.say(`${what} failed: ${(error as Error).message}`)
    }
  }
  progress.end()
  return findings
}

function report(findings: Findings): string[] {
  const { machine, peers, missing, failures } = findings
  const versions = Object.entries({ ...machine.versions, ...peers }).map(
    ([name, version]) => `${name} ${version}`,
  )
  const times = timesTables(findings)
  const goals = goalsTable(findings)
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.platform}, Node ${machine.node}, load ${machine.load} at the start\n${versions.join(', ')}`,
    ...(missing.length > 0 ? [`Not installed, and not measured: ${missing.join(', ')}.`] : []),
    ...(times.length > 0 ? [timesNotes, ...times] : []),
    ...sectionTables(findings),
    ...(goals === ''
      ? []
      : [`Goals: ratios of CPU time, dagmar's over the other's, the smaller the better\n\n${goals}`]),
    ...failures.map(({ what, error }) => `FAILED ${what}: ${error}`),
  ]
}

exit(await main())
