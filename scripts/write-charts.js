// @ts-check
'use strict';

/** npm run charts: writes the state charts of docs/seller-onboarding.md anew, from the transition tables. */

const { readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { withCharts } = require('./lib/charts.js');

const root = path.resolve(__dirname, '..');
const { onboardingMachine } = require(path.join(root, 'dist', 'domain', 'seller', 'onboarding-states.js'));
const { verificationMachine } = require(path.join(root, 'dist', 'domain', 'seller', 'verification-states.js'));

const file = path.join(root, 'docs', 'seller-onboarding.md');
const charts = { onboarding: onboardingMachine, verification: verificationMachine };
writeFileSync(file, withCharts(readFileSync(file, 'utf8'), charts));
console.log(path.relative(root, file));
