import type { Display } from './display.ts'
import type { LiveView } from './live-view.ts'

/** A live view that a person can leave: what comes after that is shown by the other one, which is made then. */
export function liveThenPlain(live: LiveView, makePlain: () => Display): Display {
  let now: Omit<Display, 'keys'> = live
  let prompt: string | undefined
  return {
    see: (fact) => now.see(fact),
    say: (sentence) => now.say(sentence),
    print: (line) => now.print(line),
    ask: (text) => {
      prompt = text
      now.ask(text)
    },
    end: (result) => now.end(result),
    pause: () => now.pause(),
    close: () => {
      live.close()
      now.close()
    },
    keys: {
      press: (key) => live.keys.press(key),
      look: (taskId, at) => live.keys.look(taskId, at),
      closePanel: () => live.keys.closePanel(),
      get isConfirming() {
        return live.keys.isConfirming
      },
      leave: () => {
        if (now !== live) return
        live.close()
        now = makePlain()
        if (prompt !== undefined) now.ask(prompt)
      },
    },
  }
}
