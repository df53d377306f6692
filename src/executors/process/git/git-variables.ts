/** By these git takes another repository, index or store of objects than the one that it would find from its folder. */
const misleading =
  /^GIT_(?:ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|CONFIG|CONFIG_PARAMETERS|DIR|GRAFT_FILE|IMPLICIT_WORK_TREE|INDEX_FILE|INTERNAL_SUPER_PREFIX|NAMESPACE|OBJECT_DIRECTORY|PREFIX|QUARANTINE_PATH|REPLACE_REF_BASE|SHALLOW_FILE|WORK_TREE)$/

/** The variables without those that git gives to a hook, where dagmar runs in one: they lead there from every folder. */
export function withoutRepository(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !misleading.test(name)))
}

/** The variables for a git that asks nobody, and takes no lock only to be quicker the next time. */
export function gitVariables(variables: Readonly<Record<string, string>>): Record<string, string> {
  return { ...withoutRepository(variables), GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' }
}
