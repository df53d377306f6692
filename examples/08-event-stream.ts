// Shows the facts of a run as an RxJS stream, and as an async iterable for an observer that takes its time.
// Prints a bar that grows with each task, what each task has written, and how much the slow observer saw.
import { setTimeout as sleep } from 'node:timers/promises'
import { buffered, createRuntime, dag, type HandlerContext, isRunEnd } from 'dagmar'
import { filter, groupBy, map, mergeMap, scan, toArray } from 'rxjs'

const pack =
  (ms: number) =>
  async ({ log }: Pick<HandlerContext, 'log'>) => {
    for (const line of ['unpack', 'compress', 'store']) {
      log(line)
      await sleep(ms)
    }
  }
const photos = dag('photos')
  .task('beach', pack(20))
  .task('forest', pack(30))
  .task('harbour', pack(10))
  .task('album', { needs: ['beach', 'forest', 'harbour'] }, pack(5))

const run = createRuntime().dispatch(photos)
const total = photos.plan().tasks.length
// `events$` goes on after the run's end, since the run might be redriven. This one ends with it.
const facts$ = run.events({ until: 'settled' })

facts$
  .pipe(
    filter((fact) => fact.type === 'task.completed'),
    scan((count) => count + 1, 0),
    map((count) => `${'█'.repeat(count * 4)}${'░'.repeat((total - count) * 4)} ${count} of ${total}`),
  )
  .subscribe((line) => console.log(line))

const notes: string[] = []
facts$
  .pipe(
    filter((fact) => fact.type === 'task.output'),
    groupBy(({ taskId }) => taskId, { element: ({ text }) => text }),
    mergeMap((texts$) =>
      texts$.pipe(
        toArray(),
        map((texts) => `${texts$.key}: ${texts.join(', ')}`),
      ),
    ),
  )
  .subscribe((note) => notes.push(note))

let seen = 0
// Takes 15 ms for each fact, and wants only the newest of each task out of what has come meanwhile.
for await (const fact of buffered(facts$, { overflow: 'latest-per-task' })) {
  seen += 1
  await sleep(15)
  if (isRunEnd(fact)) console.log(`\nThe slow observer saw ${seen} facts up to ${fact.type}.`)
}
console.log(notes.join('\n'))
