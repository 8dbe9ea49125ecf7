// @ts-check
'use strict';

const { spawn } = require('node:child_process');

/**
 * @typedef {object} CommandResult
 * @property {number | null} code exit code; null when it could not be started or was killed
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Runs a command to its end and keeps what it said. Never throws: a command that cannot be started answers code null
 * with the reason in stderr, so that callers decide in one place.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, input?: string }} [options]
 * @returns {Promise<CommandResult>}
 */
function runCommand(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? process.cwd(),
      env: options.env ?? process.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    const timer = setTimeout(
      () => {
        stderr += `\n${command} took longer than ${String((options.timeoutMs ?? 0) / 1000)} s and was stopped`;
        child.kill('SIGKILL');
      },
      options.timeoutMs ?? 2 ** 31 - 1,
    );
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: null, stdout, stderr: `${stderr}${error.message}` });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
    // A command that does not read its input closes the pipe early; that is no fault.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/**
 * Runs a command with its output on our own terminal.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit code; 1 when it could not be started or was killed
 */
function runVisibly(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? process.cwd(),
      env: options.env ?? process.env,
      stdio: 'inherit',
    });
    child.on('error', (error) => {
      console.error(`Cannot run ${command}: ${error.message}`);
      resolve(1);
    });
    child.on('close', (code) => {
      resolve(code ?? 1);
    });
  });
}

/**
 * The last lines of a text, for error messages.
 * @param {string} text
 * @param {number} [count]
 */
function lastLines(text, count = 12) {
  return text.trim().split('\n').slice(-count).join('\n');
}

module.exports = { runCommand, runVisibly, lastLines };
