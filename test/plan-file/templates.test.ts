import { describe, expect, it } from 'vitest'
import { parsePlan } from 'dagmar/plan-file'
import { problemsOf } from './read-plans.ts'

const V = '${{ needs.b }}'

/** The problems of a task `a` with this text for the shell. */
function problemsOfLine(run: string, rest: object = {}): readonly string[] {
  const tasks = { b: { run: 'x' }, a: { run, needs: ['b'], ...rest } }
  try {
    parsePlan(JSON.stringify({ tasks }), { file: 'p.json' })
    return []
  } catch (error) {
    return (error as { problems: readonly { message: string }[] }).problems.map(({ message }) => message)
  }
}

describe('a value of the run in a text for the shell', () => {
  it.each([
    `echo ${V}`,
    `echo a${V}b --x=${V}`,
    `X=${V} sh deploy.sh ${V}`,
    `export X=${V}; local Y=${V}`,
    `echo "a $b $(c "d") \`e\`" 'f' \${g:-h} $((1 + 2)) \\" ${V}`,
    `cat <<EOF ${V}\n"'\`$(\nEOF\necho ${V}`,
    `cat <<-'E' > ${V}\n\tx '\n\tE\n${V}`,
    `# don't\necho ${V} # "\necho a#'b' ${V}`,
    `case ${V} in a) echo ${V};; ${V}) (echo ${V});; esac`,
    `if [ ${V} = yes ]; then echo ${V} 2>&1 | cat; fi`,
    `f() { echo ${V}; }; { f; } && f < ${V}`,
    `[[ $x == y ]] && echo ${V}`,
    `printf '%s' ${V}; bash -c 'echo "$1"' _ ${V}`,
  ])('may stand in %s', (run) => {
    expect(problemsOfLine(run)).toEqual([])
  })

  it.each([
    [`echo "${V}"`, 'inside quotes'],
    [`echo '${V}'`, 'inside quotes'],
    [`echo "$(echo "x" ${V})"`, 'inside a command substitution'],
    [`echo $(echo ${V})`, 'inside a command substitution'],
    [`echo \`echo ${V}\``, 'inside a command substitution'],
    [`diff <(echo ${V}) x`, 'inside a command substitution'],
    [`cat <<EOF\n${V}\nEOF`, 'inside a heredoc'],
    [`cat <<EOF\nEOF \n${V}`, 'inside a heredoc'],
    [`cat <<$X\nEOF\n${V}`, 'after a heredoc'],
    [`echo # ${V}`, 'inside a comment'],
    [`echo $((${V}))`, 'in or after arithmetic'],
    [`((x = ${V}))`, 'in or after arithmetic'],
    [`echo \${x:-${V}}`, 'in or after ${…} with something in it'],
    [`echo \${x:-'}'} ${V}`, 'in or after ${…} with something in it'],
    [`echo $${V}`, 'after a $'],
    [`echo \\${V}`, 'after a \\'],
    [`echo $'a\\'b' ${V}`, "after $'"],
    [`a\\\n#b'c\n${V}'`, 'inside quotes'],
    [`a[${V}]=1`, 'inside a subscript'],
    [`[[ a && ${V} -eq 1 ]]`, 'inside [[ … ]], which may take it for code'],
    [`[ ${V} -eq 1 ]`, 'in or after arithmetic'],
    [`[ -v ${V} ]`, 'in or after arithmetic'],
    [`eval ${V}`, 'among the arguments of eval, which may take it for code'],
    [`x=1 \\eval "a" ${V}`, 'among the arguments of eval, which may take it for code'],
    [`declare -i n=${V}`, 'after the declaration of variables that are more than texts'],
    [`export ${V}`, 'among the arguments of export, which may take it for code'],
    [`bash -ec ${V}`, 'where another shell reads it as code'],
    [`ssh host ${V}`, 'where another shell reads it as code'],
    [`echo $(case x in x) echo ";; esac) ${V}`, 'after a case in a command substitution'],
  ])('may not stand in %s', (run, place) => {
    expect(problemsOfLine(run)).toEqual([`tasks.a.run has ${V} ${place}: it stands for one quoted word.`])
  })

  it('is refused with the way that is always open', () => {
    expect(problemsOf(`tasks:\n  b: { run: x }\n  a:\n    needs: [b]\n    run: echo "${V}"\n`)).toEqual([
      `5:10: tasks.a.run has ${V} inside quotes: it stands for one quoted word. Set it as a variable, as in env: { VALUE: "${V}" }, and write "$VALUE" in the command.`,
    ])
  })

  it('is refused for a shell whose quotes are others, and where it would name the program', () => {
    expect(problemsOfLine(`echo ${V}`, { shell: '/usr/bin/fish' })[0]).toContain('not for /usr/bin/fish')
    expect(problemsOfLine(`echo ${V}`, { shell: '/bin/bash' })).toEqual([])
    expect(problemsOfLine(`printf ${V}`, { shell: 'zsh' })).toHaveLength(1)
    expect(problemsOf(`tasks:\n  b: { run: x }\n  a: { needs: [b], run: ['${V}', '${V}'] }\n`)).toEqual([
      '3:26: tasks.a.run[0] names the program, which the values of a run must not choose.',
    ])
  })
})

describe('a name that stands for nothing', () => {
  it.each([
    [
      '${{ need.b }}',
      "has ${{ need.b }}, but only matrix, input, inputs, needs, attempt, runId, agent and model are known there. Did you mean 'needs'?",
    ],
    ['${{ needs.bb.x }}', "has ${{ needs.bb.x }}, but the task does not need 'bb'. Did you mean 'b'?"],
    [
      "${{ needs['b }}",
      "has ${{ needs['b }}, which is no name: write it as in needs.build, needs['test (20)'].files[0], input.region or attempt.",
    ],
    [
      '${{ needs }}',
      "has ${{ needs }}, which is no name: write it as in needs.build, needs['test (20)'].files[0], input.region or attempt.",
    ],
    [
      '${{ attempt.x }}',
      "has ${{ attempt.x }}, which is no name: write it as in needs.build, needs['test (20)'].files[0], input.region or attempt.",
    ],
    ['${{ matrix.x }}', 'has ${{ matrix.x }}, but there is no matrix.'],
  ])('%s is refused', (written, complaint) => {
    expect(problemsOfLine('x', { env: { E: written } })).toEqual([`tasks.a.env.E ${complaint}`])
  })

  it('is a dependency, in defaults', () => {
    expect(
      problemsOf(
        `defaults: { env: { A: '\${{ needs.b }}', B: '\${{ input.x }}' } }\ntasks:\n  a: { run: x }\n`,
      ),
    ).toEqual([
      '1:23: defaults.env.A has ${{ needs.b }}, but defaults apply to all tasks: only a task can name its needs.',
    ])
  })

  it('is found in what a matrix makes of it, too', () => {
    const tasks = {
      b: { run: 'x' },
      a: { matrix: { q: ['"', ''] }, run: 'echo ${{ matrix.q }}${{ needs.b }}', needs: ['b'] },
    }
    expect(() => parsePlan(JSON.stringify({ tasks }))).toThrow('inside quotes')
  })
})
