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
   * Has commands use colours although no terminal reads them: the value of `FORCE_COLOR` for each command whose
   * environment has neither that nor `NO_COLOR`, and that does not set or unset it itself. 1 is 16 colours, 2 is 256, 3 is
   * millions. Their escape codes stand in what they write; outputs have none. @default not set
   */
  readonly forceColor?: 1 | 2 | 3
}
