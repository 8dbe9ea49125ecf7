// @ts-check
'use strict';

const { spawn } = require('node:child_process');
const { randomUUID } = require('node:crypto');
const { once } = require('node:events');
const { createServer } = require('node:http');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { createInterface } = require('node:readline');

const dist = (/** @type {string} */ file) => require(path.resolve(__dirname, '..', '..', 'dist', file));

/** @typedef {{ process: import('node:child_process').ChildProcess, said: (line: string) => Promise<void> }} Worker */
/** @typedef {Record<string, string>} Environment */
/** @typedef {import('./recorded-outside').RecordedOutside} RecordedOutside */

/** Files are pictures, or pages of a PDF. @param {unknown} body */
function typeOf(body) {
  if (!(body instanceof Buffer)) return 'application/json';
  return body.subarray(0, 4).toString('latin1') === '%PDF' ? 'application/pdf' : 'image/png';
}

/** The product while its histories are recorded: its API in this process, and workers in others, over real HTTP. */
class RecordedProduct {
  /**
   * @param {Environment} environment
   * @param {import('node:http').Server} server
   * @param {RecordedOutside} outside
   */
  constructor(environment, server, outside) {
    this.environment = environment;
    this.outside = outside;
    this.server = server;
    this.config = dist('config/env.js').parseEnvironment(environment);
    this.services = dist('api/compose.js').composeServices(this.config, environment);
    this.server.on('request', dist('api/app.js').createApi(this.services).listener);
    this.token = '';
    const { db, gateway, log } = this.services;
    const compose = dist('worker/start-loops.js');
    const settings = compose.runSettings(this.config);
    this.loops = compose.startPaymentLoops(this.config, { db, gateway, settings, log });
  }

  /**
   * @param {Environment} environment
   * @param {RecordedOutside} outside
   */
  static async start(environment, outside) {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const url = `http://127.0.0.1:${String(port)}`;
    const notifications = { MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL: url, MALLFLOW_IDENTITY_NOTIFY_BASE_URL: url };
    const known = { ...outside.environment, ...environment, ...notifications };
    const product = new RecordedProduct(known, server, outside);
    product.token = await product.signIn('manager@demo');
    return product;
  }

  /** @param {string} login */
  async signIn(login) {
    const { token } = await this.call('POST', '/v1/sessions', { login, password: 'mallflow-demo' });
    return String(token);
  }

  async stop() {
    await this.endRuns();
    await Promise.all(this.loops.map((/** @type {{ stop: () => Promise<void> }} */ loop) => loop.stop()));
    await this.outside.clearFaults();
    this.server.closeAllConnections();
    this.server.close();
    await this.services.db.destroy();
    await this.services.temporal.connection.close();
  }

  /**
   * @param {string} method
   * @param {string} route
   * @param {unknown} [body]
   * @param {string} [token] the manager's
   * @returns {Promise<any>}
   */
  async call(method, route, body, token = this.token) {
    const { status, answer } = await this.ask(method, route, body, token);
    if (status >= 300 || status === 202) throw new Error(`${method} ${route}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /**
   * What is to be refused, with this code.
   * @param {string} code
   * @param {string} method
   * @param {string} route
   * @param {unknown} [body]
   * @param {string} [token] the manager's
   */
  async refused(code, method, route, body, token = this.token) {
    const { status, answer } = await this.ask(method, route, body, token);
    if (answer.code !== code) throw new Error(`${method} ${route}: ${status} ${JSON.stringify(answer)}, not ${code}`);
  }

  /**
   * @param {string} method
   * @param {string} route
   * @param {unknown} body
   * @param {string} token
   * @returns {Promise<{ status: number, answer: any }>}
   */
  async ask(method, route, body, token) {
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.server.address());
    const response = await fetch(`http://127.0.0.1:${String(port)}${route}`, {
      method,
      headers: {
        'content-type': typeOf(body),
        'idempotency-key': randomUUID(),
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: body instanceof Buffer ? body : JSON.stringify(body) }),
    });
    return { status: response.status, answer: await response.json() };
  }

  /**
   * The row is paid without its run.
   * @param {string} purchaseId
   */
  async payBehindTheRun(purchaseId) {
    const { payFromBalance } = dist('db/purchase/repository.js');
    const order = { purchaseId, commandId: null, by: { actor: 'system', requestId: null }, detailOpenForMs: 60_000 };
    await this.services.db.transaction((/** @type {unknown} */ trx) => payFromBalance(trx, order));
  }

  /** @param {string} subjectId */
  async resume(subjectId) {
    const { db, gateway } = this.services;
    const { timeProfile } = dist('config/env.js');
    const { casePolicies } = dist('config/policies.js');
    await dist('runs/resume-case.js').resumeCase(
      db,
      gateway,
      await dist('db/case/repository.js').watchedCase(db, subjectId),
      { policies: casePolicies(this.config), workflowTaskTimeoutMs: timeProfile(this.config).workflowTaskMs },
    );
  }

  /**
   * The edges of its table that a case has walked while its newest run lived, or the one that is named, from its rows.
   * @param {string} workflowId
   * @param {string} [runId]
   * @returns {Promise<string[]>}
   */
  async walked(workflowId, runId) {
    const { startTime, closeTime } = await this.run(workflowId, runId).describe();
    const { rows } = dist('db/connection.js');
    // What operators and the watchdog do beside a case is no edge of its table.
    const hands = Object.keys(dist('domain/case/intervention-wording.js').interventionWords);
    const events = await rows(
      this.services.db,
      `select from_state || '.' || act as edge from case_events e join process_cases c on c.id = e.case_id
        where c.workflow_id = :workflowId and from_state is not null
          and act <> all(:hands::text[]) and at >= :startTime
          and at <= coalesce(:until::timestamptz, 'infinity') order by e.id`,
      { workflowId, hands, startTime, until: runId === undefined ? null : (closeTime ?? null) },
    );
    return events.map((/** @type {{ edge: string }} */ { edge }) => edge);
  }

  /** The workflow id of a subject's case. @param {string} subjectId @returns {Promise<string>} */
  async runOf(subjectId) {
    return (await dist('db/case/repository.js').watchedCase(this.services.db, subjectId)).workflowId;
  }

  /** @param {string} workflowId @param {string} [runId] the newest unless told */
  run(workflowId, runId) {
    return this.services.temporal.workflow.getHandle(workflowId, runId);
  }

  /**
   * Lives through something with a worker, which stays until the run is over.
   * @param {string[]} fault see recording-worker.js
   * @param {() => Promise<string>} live gives the workflow id
   */
  async withWorker(fault, live) {
    return this.working(fault, live, (workflowId) => this.run(workflowId).result());
  }

  /**
   * The same for a run that does not end by itself: it is ended once it rests.
   * @param {() => Promise<string>} live gives the workflow id
   */
  async leavingOpen(live) {
    return this.working([], live, async (workflowId) => {
      await this.rests(workflowId);
      await this.run(workflowId).terminate('recorded');
    });
  }

  /**
   * @param {string[]} fault
   * @param {() => Promise<string>} live
   * @param {(workflowId: string) => Promise<unknown>} end
   */
  async working(fault, live, end) {
    const worker = await this.startWorker(fault);
    try {
      const workflowId = await live();
      await end(workflowId);
      return workflowId;
    } finally {
      worker.process.kill('SIGTERM');
      if (worker.process.exitCode === null) await once(worker.process, 'exit');
    }
  }

  /** Until the run has nothing to do but wait. @param {string} workflowId */
  async rests(workflowId) {
    for (const deadline = Date.now() + 20_000; ; await pause(20)) {
      const { pendingWorkflowTask, pendingActivities } = (await this.run(workflowId).describe()).raw;
      if (pendingWorkflowTask == null && (pendingActivities ?? []).length === 0) return;
      if (Date.now() > deadline) throw new Error(`${workflowId} does not rest`);
    }
  }

  /** Until a run has gone on in a new one. @param {string} workflowId @param {string} runId */
  async continues(workflowId, runId) {
    for (const deadline = Date.now() + 20_000; ; await pause(20)) {
      const { status } = await this.run(workflowId, runId).describe();
      if (status.name === 'CONTINUED_AS_NEW') return;
      if (Date.now() > deadline) throw new Error(`${workflowId} is ${status.name}`);
    }
  }

  /** What a scenario leaves open would be gone on with by the worker of the next. */
  async endRuns() {
    for await (const { workflowId } of this.services.temporal.workflow.list({ query: "ExecutionStatus = 'Running'" }))
      await this.run(workflowId)
        .terminate('recorded')
        .catch(() => undefined);
  }

  /**
   * @param {string[]} fault
   * @returns {Promise<Worker>}
   */
  async startWorker(fault) {
    const child = spawn(process.execPath, [path.join(__dirname, '..', 'recording-worker.js'), ...fault], {
      env: { ...process.env, ...this.environment },
      // Its input is held open: when this process dies, however it dies, the worker ends.
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    /** @type {Set<string>} */
    const lines = new Set();
    const output = createInterface({ input: child.stdout });
    output.on('line', (line) => lines.add(line));
    const said = async (/** @type {string} */ wanted) => {
      while (!lines.has(wanted)) {
        if (child.exitCode !== null) throw new Error(`the worker ended before it said "${wanted}"`);
        await Promise.race([once(output, 'line'), once(child, 'exit')]);
      }
    };
    await said('ready');
    return { process: child, said };
  }
}

module.exports = { RecordedProduct };
