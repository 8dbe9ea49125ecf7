import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { registerSearchAttributes, searchAttributesOf } from '../../temporal/search-attributes';
import { eventually } from '../support/eventually';

/** A server that somebody else set up: here a new namespace, which knows nothing of ours. */
it('registers what every start of a run needs, and once more without complaint', async () => {
  const connection = await Connection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
  const namespace = `foreign-${randomUUID()}`;
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
    const known = async () =>
      Object.keys((await connection.operatorService.listSearchAttributes({ namespace })).customAttributes);
    expect(await known()).toEqual([]);
    await registerSearchAttributes(connection, namespace);
    await registerSearchAttributes(connection, namespace);
    const needed = searchAttributesOf({ kind: 'purchase', subjectId: 'pur_1', enterpriseId: 'ent_1' }).getAll();
    // The server may take a moment to tell of what it has noted.
    const found = await eventually(known, (names) => names.length >= needed.length);
    expect(found.sort()).toEqual(needed.map(({ key }) => key.name).sort());
  } finally {
    await connection.close();
  }
});
