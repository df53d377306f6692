export { storyInWords, type StoryOptions } from './events/story-in-words.ts'
export { render, type Rendered, type RenderOptions } from './cli/render/render.ts'
