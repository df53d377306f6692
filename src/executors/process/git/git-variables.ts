/** Who commits, how others are reached, and where the user's configuration is. All else says which repository is meant. */
const harmless =
  /^GIT_(?:(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL)|SSH(?:_\w+)?|ASKPASS|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)|EXEC_PATH|TEMPLATE_DIR|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|SSL_\w+|TERMINAL_PROMPT|TRACE\w*|LFS_\w+)$/

/**
 * The variables without those of git that stand for a repository, an index or a configuration: where dagmar runs in a
 * hook, they would lead git there from every folder.
 */
export function withoutRepository(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => !name.startsWith('GIT_') || harmless.test(name)),
  )
}

/** The variables for a git that asks nobody, and takes no lock only to be quicker the next time. */
export function gitVariables(variables: Readonly<Record<string, string>>): Record<string, string> {
  return { ...withoutRepository(variables), GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' }
}
