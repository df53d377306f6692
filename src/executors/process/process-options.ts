export interface ProcessExecutorOptions {
  /** Most commands at once. Integer ≥ 1, or Infinity. @default Infinity: the slots alone limit them */
  readonly capacity?: number
  /**
   * A directory for the raw output of each attempt, in `<task id>.<attempt>.log`: stdout and stderr line by line as
   * they came. It and the files are made when something is written first; a file that is there is replaced. A command
   * waits while its log cannot keep up. One directory for each run. @default no logs
   */
  readonly logDir?: string
}
