// @ts-check
'use strict';

/**
 * npm start -- --fast: what takes days and months is over in seconds, so that the whole year of a seller can be watched.
 * Nothing but configuration, and what the user gives goes before it.
 */
const fastDurations = {
  MALLFLOW_PROVE_WITHIN_SECONDS: '20',
  MALLFLOW_ONBOARDING_REMINDER_SECONDS: '10',
  MALLFLOW_FEE_VALID_SECONDS: '90',
  MALLFLOW_FEE_RENEWAL_OPENS_SECONDS: '30',
  MALLFLOW_FEE_REMINDERS: '30,15',
  MALLFLOW_MERCHANT_POLL_SECONDS: '2',
  MALLFLOW_NOTICES_SECONDS: '1',
};

module.exports = { fastDurations };
