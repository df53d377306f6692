import type { OutputConfiguration } from 'commander'
import { connect } from 'node:net'
import type { TellReply } from '../../executors/process/tell-channel.ts'
import { isRecord } from '../../graph/read-values.ts'
import { shownText } from '../../text/shown-text.ts'

/** Says it through the channel of the attempt that this process belongs to. Resolves with the exit code. */
export async function tellCommand(
  said: string,
  env: Readonly<Record<string, string | undefined>>,
  output: OutputConfiguration,
): Promise<number> {
  const path = env['DAGMAR_TELL']
  if (path === undefined || path === '') {
    output.writeErr!(
      'dagmar tell speaks for a command that dagmar runs, and this is none: DAGMAR_TELL is not set.\n',
    )
    return 2
  }
  const reply = await replyTo(said, path)
  if (!reply.heard) {
    output.writeErr!(`dagmar tell: ${shownText(reply.complaint)}.\n`)
    return 1
  }
  if ('answer' in reply) {
    const { answer } = reply
    output.writeOut!(`${typeof answer === 'string' ? answer : JSON.stringify(answer)}\n`)
  }
  return 0
}

function replyTo(said: string, path: string): Promise<TellReply> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(path, () => socket.write(`${JSON.stringify(said)}\n`))
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('error', () => resolve(nobody))
    socket.on('close', () => resolve(readReply(text)))
  })
}

const nobody: TellReply = {
  heard: false,
  complaint: 'nobody hears it: the attempt is over, or its dagmar is',
}

function readReply(text: string): TellReply {
  try {
    const reply: unknown = JSON.parse(text)
    if (isRecord(reply)) return reply as TellReply
  } catch {
    // It was cut off.
  }
  return nobody
}
