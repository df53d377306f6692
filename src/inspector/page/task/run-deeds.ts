import { moment } from '../state/shown.ts'
import type { Deed } from './act.tsx'

/** What may be done to the run as it stands. */
export function runDeeds(): readonly Deed[] {
  const { name, status } = moment.value
  const kill: Deed = {
    name: 'Kill',
    title: `Kill ${name}?`,
    text: 'Every live attempt is ended, and nothing else starts, apart from teardowns.',
    command: { command: 'kill' },
  }
  const drain: Deed = {
    name: 'Drain',
    title: `Drain ${name}?`,
    text: 'Live attempts may finish. Everything else is skipped, apart from teardowns.',
    command: { command: 'drain' },
  }
  const pause: Deed = {
    name: 'Pause',
    title: `Pause ${name}?`,
    text: 'No further attempt starts until it is resumed. Live attempts go on.',
    command: { command: 'pause' },
  }
  const resume: Deed = {
    name: 'Resume',
    title: `Resume ${name}?`,
    text: 'Attempts start again.',
    command: { command: 'resume' },
  }
  const redrive: Deed = {
    name: 'Redrive',
    title: `Redrive ${name}?`,
    text: 'Every task that failed or was killed starts again with all its attempts, and with it what was skipped.',
    command: { command: 'redrive' },
  }
  switch (status) {
    case 'running':
      return [pause, drain, kill]
    case 'paused':
      return [resume, drain, kill]
    case 'draining':
    case 'killing':
      return [kill]
    case 'failed':
    case 'killed':
      return [redrive]
    case 'completed':
      return []
  }
}
