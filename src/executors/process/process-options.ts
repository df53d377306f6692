export interface ProcessExecutorOptions {
  /** Most commands at once. Integer ≥ 1, or Infinity. @default Infinity: the slots alone limit them */
  readonly capacity?: number
  /**
   * A directory for the raw output of each attempt, in `<run id>/<task id>.<attempt>.log`: the lines of stdout and stderr
   * in the order in which they came. It and the files are made when something is written first; a file that is there is
   * replaced. An id that is not fit for a file's name is shortened to what is, with a hash. A command waits while its log
   * cannot keep up. @default no logs
   */
  readonly logDir?: string
}
