import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { codeOf, type Delivery, type DeliveryOptions, withinBounds } from './delivery.ts'

/** Posts JSON. Follows no redirect, and reads no more of an answer than its status. */
export function post(url: URL, json: string, options: DeliveryOptions): Promise<Delivery> {
  return withinBounds(options, (settle) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp
    const sent = request(url, {
      method: 'POST',
      // A connection of its own: one that is kept would keep the process alive.
      agent: false,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(json),
        'user-agent': 'dagmar',
      },
    })
    sent.on('response', ({ statusCode }) => settle(judged(statusCode ?? 0)))
    sent.on('error', (error) => settle({ reason: codeOf(error), mayBeTriedAgain: true }))
    sent.end(json)
    return () => void sent.destroy()
  })
}

function judged(status: number): Delivery {
  if (status >= 200 && status < 300) return undefined
  if (status >= 300 && status < 400) {
    return { reason: `it answered ${status}, and no redirect is followed`, mayBeTriedAgain: false }
  }
  return {
    reason: `it answered ${status}`,
    mayBeTriedAgain: status >= 500 || status === 429 || status === 408,
  }
}
