/**
 * Before each file of tests: what properties draw follows from one seed, so that a commit passes or fails whoever runs it. Other cases are
 * drawn by `npm run explore`, which sets the seed; what it finds becomes a test of its own.
 */
import fc from "fast-check";

/** Nothing speaks for this one. */
const USUAL_SEED = 20_261_128;

const { WAYBILL_TEST_SEED: wanted } = process.env;
const seed = wanted === undefined ? USUAL_SEED : Number(wanted);
if (!Number.isInteger(seed)) throw new Error(`WAYBILL_TEST_SEED is to be a whole number, not ${wanted}`);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
