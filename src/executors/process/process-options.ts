export interface ProcessExecutorOptions {
  /** Most commands at once. Integer ≥ 1, or Infinity. @default Infinity: the slots alone limit them */
  readonly capacity?: number
  /**
   * A directory for the raw output of each attempt, in `<run id>/<task id>.<attempt>.log`: the lines of stdout and
   * stderr in the order in which they came. Directory and files are made when a command first writes something; an
   * existing file is replaced. An id that cannot be a file name is shortened, with a hash. A command waits while its
   * log cannot keep up. @default no logs
   */
  readonly logDir?: string
  /**
   * Most bytes of one log. Integer ≥ 1024, or Infinity. A log that has reached it becomes `<task id>.<attempt>.log.1`,
   * where it replaces an older one, and begins anew; so an attempt never takes more than twice as much. That happens at
   * the end of a line, but in one that is longer than half of it. The first time is told in `task.warned`. @default Infinity
   */
  readonly logBytes?: number
  /**
   * The directory for the worktrees of commands with `worktree: true`, in `<run id>/<task id>.<attempt>`. Relative to
   * this process's directory. @default 'worktrees' in the user's state directory: `$DAGMAR_HOME`, else
   * `$XDG_STATE_HOME/dagmar`
   */
  readonly worktreeDir?: string
  /**
   * Has commands use colours although no terminal reads them: the value of `FORCE_COLOR` for each command whose
   * environment has neither that nor `NO_COLOR`, and that does not set or unset it itself. 1 is 16 colours, 2 is 256, 3 is
   * millions. Their escape codes stand in what they write; outputs have none. @default not set
   */
  readonly forceColor?: 1 | 2 | 3
  /**
   * Called with the id of its run when an attempt starts, so that one process can run the commands of many people's runs
   * as if each were in their own terminal. With undefined the attempt is surrounded by what surrounds this process. What
   * it throws fails the attempt: a `DagmarError` with its code, for good; anything else with `COMMAND_NOT_STARTED`.
   * @default this process's environment, directory and umask
   */
  readonly surroundings?: (runId: string) => Surroundings | undefined
}

/** What the commands of a run are surrounded by. */
export interface Surroundings {
  /**
   * All the variables that a command begins with, under those of the task and of dagmar. Of this process's own it has
   * `DAGMAR_MARKS` alone, by which an attempt that this process is part of ends what is below it.
   */
  readonly env: Readonly<Record<string, string>>
  /** Where commands run, and where relative folders and environment files of tasks start from. An absolute path. */
  readonly cwd: string
  /** An integer from 0 to 0o777. @default this process's */
  readonly umask?: number
  /**
   * The directory of this run's logs, an absolute path: they are `<task id>.<attempt>.log` in it, without a directory for
   * the run. @default one for the run in the executor's `logDir`
   */
  readonly logDir?: string
}
