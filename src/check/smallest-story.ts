import type { Story } from './story.ts'

const mostTries = 60

/** The story without whatever is not needed for it to go wrong: each part is left out in turn, as long as it does. */
export async function smallestStory(
  story: Story,
  goesWrong: (story: Story) => Promise<boolean>,
): Promise<Story> {
  let smallest = story
  let tries = 0
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false
    for (const candidate of withOneLess(smallest)) {
      if (++tries > mostTries) return smallest
      if (!(await goesWrong(candidate))) continue
      smallest = candidate
      isSmaller = true
      break
    }
  }
  return smallest
}

function withOneLess(story: Story): readonly Story[] {
  const { faults, paces, answers } = story
  return [
    ...answers.map((_, index) => ({ ...story, answers: answers.toSpliced(index, 1) })),
    ...paces.map((_, index) => ({ ...story, paces: paces.toSpliced(index, 1) })),
    ...faults.map((_, index) => ({ ...story, faults: faults.toSpliced(index, 1) })),
  ]
}
