// What stage.js computes, without a browser: node --test stage.test.mjs

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const file = new URL("../../cnncourse/widgets/stage.js", import.meta.url);
const source = await readFile(file, "utf8"); // the package says nowhere that .js are modules
const stage = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const move = (control, value, along, least, most, step = 1) => ({ control, value, along, least, most, step });

test("a handle snaps to whole steps and stops at its limits", () => {
  const moves = [move("stride", 2, [40, 0], -1, 2)];
  for (const [x, value] of [[0, 2], [19, 2], [21, 3], [60, 4], [500, 4], [-21, 1], [-500, 1]]) {
    assert.deepEqual(stage.dragged(moves, x, 7), { stride: value });
  }
});

test("two directions of one control add up", () => {
  const moves = [move("step", 5, [40, 0], -1, 2), move("step", 5, [0, 40], -1, 2, 4)];
  assert.deepEqual(stage.dragged(moves, 40, 40), { step: 10 });
  assert.deepEqual(stage.dragged(moves, -80, 80), { step: 12 });
});

test("a corner follows the diagonal", () => {
  const moves = [move("kernel", 3, [40, 40], -2, 2)];
  assert.deepEqual(stage.dragged(moves, 40, 40), { kernel: 4 });
  assert.deepEqual(stage.dragged(moves, 30, -30), { kernel: 3 });
  assert.deepEqual(stage.dragged(moves, -75, -85), { kernel: 1 });
});

test("a handle on an arm turns, past a right angle too", () => {
  const arm = [100, -100]; // at the upper right; one step is 5 degrees anticlockwise
  const end = (degrees) => {
    const [cos, sin] = [Math.cos, Math.sin].map((f) => f((degrees * Math.PI) / 180));
    return [arm[0] * cos + arm[1] * sin - arm[0], arm[1] * cos - arm[0] * sin - arm[1]];
  };
  const moves = [{ ...move("turn", 0, end(5), -18, 18, 5), arm }];
  for (const [degrees, value] of [[5, 5], [62, 60], [-88, -90], [130, 90], [-170, -90]]) {
    assert.deepEqual(stage.dragged(moves, ...end(degrees)), { turn: value });
  }
  assert.deepEqual(stage.nudged(moves, [1, 0]), { turn: 5 });
  assert.deepEqual(stage.nudged(moves, [0, 1]), { turn: -5 });
});

test("an arrow key is one step where it points, and nothing across", () => {
  const up = [move("level", 9, [0, -3], -9, 1)];
  assert.deepEqual(stage.nudged(up, [0, -1]), { level: 10 });
  assert.deepEqual(stage.nudged(up, [0, 1]), { level: 8 });
  assert.deepEqual(stage.nudged(up, [1, 0]), { level: 9 });
  assert.deepEqual(stage.nudged([move("kernel", 5, [1, 1], -4, 0)], [1, 0]), { kernel: 5 });
});

test("steps of a tenth stay tenths", () => {
  assert.deepEqual(stage.dragged([move("gain", 0.1, [10, 0], 0, 9, 0.1)], 20, 0), { gain: 0.3 });
});

test("numbers are read as people type them", () => {
  const read = { "2": 2, " -0.5 ": -0.5, "−3": -3, "0,25": 0.25, ".5": 0.5, "1e2": 100 };
  for (const [text, number] of Object.entries(read)) assert.equal(stage.typed(text), number);
  for (const text of ["", "-", "one", "1.2.3", "Infinity"]) assert.equal(stage.typed(text), null);
});

test("an arrow key leads to the nearest box where it points", () => {
  const boxes = [0, 1, 2, 3, 4, 5].map((i) => ({ x: 10 * (i % 3), y: 10 * Math.floor(i / 3), width: 10, height: 10 }));
  const from = (i, way) => stage.neighbour(boxes, boxes[i], way);
  assert.equal(from(0, [1, 0]), 1);
  assert.equal(from(4, [-1, 0]), 3);
  assert.equal(from(1, [0, 1]), 4);
  assert.equal(from(5, [0, -1]), 2);
  assert.equal(from(2, [1, 0]), -1);
});

const touch = (values, ...cells) => ({ values, cells });

test("while Python is busy stale moves are dropped, and nothing else is", () => {
  const sent = [];
  const courier = stage.courier((one) => sent.push(one));
  courier.carry(touch({ step: 1 }));
  courier.carry(touch({ step: 2, row: 7 }));
  courier.carry(touch({}, ["weights", 0, 1, 5]));
  courier.carry(touch({ step: 3 }, ["weights", 0, 2, 6]));
  courier.carry(touch({}, ["weights", 0, 1, 8]));
  assert.deepEqual(sent, [touch({ step: 1 })]);
  courier.answered();
  assert.deepEqual(sent[1], touch({ step: 3, row: 7 }, ["weights", 0, 2, 6], ["weights", 0, 1, 8]));
  courier.answered();
  assert.equal(sent.length, 2);
  courier.carry(touch({ step: 4 }));
  assert.deepEqual(sent[2], touch({ step: 4 }));
});

test("what must wait for the picture waits, in order, and is not lost", () => {
  const done = [];
  const courier = stage.courier((touch) => done.push(touch));
  courier.whenFree(() => done.push("at once"));
  courier.carry("one");
  courier.whenFree(() => courier.carry("two"));
  courier.whenFree(() => done.push("three"));
  assert.deepEqual(done, ["at once", "one"]);
  courier.answered();
  assert.deepEqual(done, ["at once", "one", "two"]);
  courier.answered();
  assert.deepEqual(done, ["at once", "one", "two", "three"]);
});
