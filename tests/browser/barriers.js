// The serious and critical violations that axe-core finds in the explorers: a list of sentences.
// With a list of its rules, by these alone.
async ([rules]) => {
  const options = { resultTypes: ["violations"], ...(rules && { runOnly: rules }) };
  const found = await axe.run({ include: [".cnncourse-explorer"] }, options);
  return found.violations
    .filter((violation) => ["serious", "critical"].includes(violation.impact))
    .flatMap(({ help, nodes }) => nodes.map((node) => `${help}: ${node.html.slice(0, 200)}`));
}
