import { DagmarError } from '../../errors/dagmar-error.ts'

export function attachedTwice(): DagmarError {
  return new DagmarError('CONFIG_INVALID', {
    message: 'These agents belong to another runtime already.',
    hint: 'Make others for each runtime: agents({ … }).',
  })
}

export function notAttached(): DagmarError {
  return new DagmarError('CONFIG_INVALID', {
    message: 'These agents belong to no runtime yet.',
    hint: 'Give them to one first: createRuntime({ agents }).',
  })
}
