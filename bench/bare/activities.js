// @ts-check
'use strict';

/** Four steps that do nothing. */
async function open() {}
async function pay() {}
async function stock() {}
async function close() {}

module.exports = { open, pay, stock, close };
