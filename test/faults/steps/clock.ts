import { reloadSignalName } from '../../../workflows/shared/messages';
import { run } from '../../../db/connection';
import type { Subject } from '../action';
import { eventsOfRun, signaled, timerStarted } from '../history';
import { until } from '../until';
import type { World } from '../world';

/** Moves a subject's due time, lets its run know by the product's own signal, and waits until its timer is set. */
export async function makeDue(world: World, subject: Subject, id: string, inMs: number): Promise<void> {
  const due = { id, inS: inMs / 1_000 };
  const at = 'now() + make_interval(secs => :inS)';
  await world.db.transaction(async (trx) => {
    const times = subject.clock.map((column) => `${column} = ${at}`).join(', ');
    await run(trx, `update ${subject.table} set ${times} where id = :id`, due);
    await run(trx, `update process_cases set due_at = ${at} where subject_id = :id`, due);
  });
  await clockIsSet(world, `${subject.workflow}:${id}`);
}

/** The rows are ahead of a run: it reads them, and sets its timer by them. */
export async function clockIsSet(world: World, workflowId: string): Promise<void> {
  await world.temporal.workflow.getHandle(workflowId).signal(reloadSignalName);
  await until('the clock is set', async () => {
    const events = await eventsOfRun(world, workflowId);
    return events.lastIndexOf(timerStarted) > events.lastIndexOf(signaled);
  });
}
