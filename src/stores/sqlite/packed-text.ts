import { deflateRawSync, inflateRawSync } from 'node:zlib'

/**
 * What most texts of a kind have in common, the most common last. What is packed says in its first byte by which of these
 * it was: one that has been in a release is never changed, a better one is put behind them.
 */
const dictionaries: readonly string[] = [
  [
    '"type":"dispatch.no-agent","taskId":"","considered":[{"agentId":"","why":"incapable"}],"dispatchAttempt":1,"failure":{"code":"NO_AGENT","message":"No agent can do it: ',
    '"type":"dispatch.quota-exceeded","failure":{"code":"QUOTA_EXCEEDED","why":"dailyTokens"}]',
    '"type":"run.recovered","fingerprint":"","type":"task.interrupted","taskId":"","attempt":1}',
    '"type":"run.paused"}"type":"run.resumed"}"type":"run.draining","reason":""}',
    '"type":"task.stalled","taskId":"","attempt":1,"silentMs":60000,"until":17"type":"task.unstalled","taskId":"',
    '"type":"task.deferred","taskId":"","executor":"process","carrying":4,"capacity":4}',
    '"type":"task.abandoned","taskId":"","attempt":1,"reason":"timeout"}',
    '"type":"task.asked","taskId":"","attempt":1,"of":"handler","question":"","defaultAnswer":""}',
    '"type":"task.answered","taskId":"","attempt":1,"answer":"yes","expired":true}"of":"confirm"',
    '"type":"run.redriven","tasks":[""]}"type":"task.redriven","taskId":"","from":"failed","causeSeq":',
    '"type":"run.killing","ending":"kill","reason":"","endsTeardowns":true,"type":"run.killed","reason":""}',
    '"type":"task.stopping","taskId":"","attempt":1,"reason":"kill","killReason":"","limitMs":"type":"task.killed","taskId":"","attempt":1,"reason":"","abandoned":false}',
    '"type":"task.warned","taskId":"","attempt":1,"message":"',
    '"type":"task.skipped","taskId":"","because":"dependency-failed","causedBy":"","because":"run-killed"',
    '"type":"task.retrying","taskId":"","attempt":1,"failure":{"code":"HANDLER_THREW","message":"","severity":"error","retryable":true,"at":17,"stack":"Error: \\n    at "},"until":17',
    '"type":"task.failed","taskId":"","attempt":1,"failure":{"code":"COMMAND_FAILED","message":"The command exited with code 1.","severity":"error","retryable":true,"at":17,"exitCode":1},"ignored":false,"deadLettered":false,"abandoned":false}',
    '"type":"task.dead-lettered","taskId":"","attempt":2,"failure":{"type":"run.failed"}',
    '{"id":"","needs":[""],"rule":"all-settled","confirm":"","executor":"inline","priority":0,"estimateMs":1000,"uses":{},"maxAttempts":3,"onFailure":"fail","agent":{"requires":[""],"fallback":[]}},',
    '"fingerprint":"","input":"","idempotencyKey":"","type":"task.dispatched","taskId":"","attempt":1,"executor":"inline","agentId":""}\n',
    '{"seq":1,"at":17,"runId":"","type":"run.created","name":"","structure":[',
    '{"id":"","needs":[],"rule":"all-completed","executor":"inline","priority":0,"uses":{},"maxAttempts":1,"onFailure":"skip"},',
    '{"id":"","needs":[""],"rule":"all-completed","executor":"inline","priority":0,"uses":{},"maxAttempts":1,"onFailure":"skip"}],',
    '"limits":{"concurrency":4,"pools":{},"timeoutMs":null},"fingerprint":""}\n',
    '{"seq":4,"at":17,"runId":"","type":"task.dispatched","taskId":"","attempt":1,"executor":"inline"}\n',
    '{"seq":5,"at":17,"runId":"","type":"task.starting","taskId":"","attempt":1,"until":17}\n',
    '{"seq":6,"at":17,"runId":"","type":"task.started","taskId":"","attempt":1}\n',
    '{"seq":7,"at":17,"runId":"","type":"task.completed","taskId":"","attempt":1,"output":1}\n',
    '{"seq":1,"at":17,"runId":"","type":"run.created","name":"","structure":[',
    '{"id":"","needs":[],"rule":"all-completed","executor":"process","priority":0,"uses":{},"maxAttempts":1,"onFailure":"skip"}],',
    '"limits":{"concurrency":4,"pools":{},"timeoutMs":null},"fingerprint":"","labels":{"name":"","project":""}}\n',
    '{"seq":2,"at":17,"runId":"","type":"run.started"}\n',
    '{"seq":3,"at":17,"runId":"","type":"task.ready","taskId":"","causeSeq":2}\n',
    '{"seq":4,"at":17,"runId":"","type":"task.dispatched","taskId":"","attempt":1,"executor":"process"}\n',
    '{"seq":5,"at":17,"runId":"","type":"task.starting","taskId":"","attempt":1,"until":17}\n',
    '{"seq":6,"at":17,"runId":"","type":"task.placed","taskId":"","attempt":1,"executor":"process","handle":{"pid":1,"start":1,"boot":"","mark":""}}\n',
    '{"seq":7,"at":17,"runId":"","type":"task.started","taskId":"","attempt":1}\n',
    '{"seq":8,"at":17,"runId":"","type":"task.completed","taskId":"","attempt":1,"output":""}\n',
    '{"seq":9,"at":17,"runId":"","type":"run.completed"}',
  ].join(''),
  [
    '"select":{"only":[""],"from":[""],"afterFailure":"go-on"},"input":{"concurrency":"answers":{"":["yes"]},"confirms":true,',
    '"notify":[{"place":"","on":["failed"],"way":{"run":""}}],"notBefore":17"after":[""],"afterAny":true,',
    '{"version":1,"name":"","project":"","labels":{},"dispatchedAt":17,"definition":{"name":"","tasks":[{"id":"","needs":[""],"tasks":{"":{"run":',
    '{"executor":"process","work":{"run":[""]},"defaults":{"stall":{"after":"60s"}}}}}},"cwd":"/home/","umask":18}\n',
    '{"status":"failed","total":2,"progress":0.5,"message":"","startedAt":17,"settledAt":17,"counts":{"completed":1,"failed":1,"killed":1,"skipped":1}}',
    '{"status":"completed","total":1,"progress":1,"message":"","startedAt":17,"settledAt":17,"counts":{"completed":1}}',
  ].join(''),
]

const latest = { journal: 0, job: 1 } as const

const prepared = dictionaries.map((text) => Buffer.from(text))

/** The least that zlib takes at once. With much more, most of the time goes into clearing memory for a small text. */
const leastChunk = 1_024
const mostChunk = 16 * 1_024

/** A text in the little room that it needs while nobody reads it: a small journal in a seventh of its own. */
export function packed(text: string, kind: keyof typeof latest): Uint8Array {
  const by = latest[kind]
  const chunkSize = Math.min(mostChunk, Math.max(leastChunk, text.length))
  return Buffer.concat([Buffer.of(by), deflateRawSync(text, { dictionary: prepared[by]!, chunkSize })])
}

export function unpacked(bytes: Uint8Array): string {
  const dictionary = prepared[bytes[0]!]
  if (dictionary === undefined) throw new Error(`it is packed by the dictionary ${String(bytes[0])}`)
  const chunkSize = Math.min(mostChunk, Math.max(leastChunk, bytes.length * 8))
  return inflateRawSync(bytes.subarray(1), { dictionary, chunkSize }).toString()
}
