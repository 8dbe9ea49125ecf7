// @ts-check
'use strict';

/** Steps that do nothing. */
async function open() {}
async function pay() {}
async function stock() {}
async function close() {}
async function confirm() {}

module.exports = { open, pay, stock, close, confirm };
