// The serious and critical violations that axe-core finds in the explorers: a list of sentences.
// With a tag, those of its rules that bear it.
async ([tag]) => {
  const options = { resultTypes: ["violations"], ...(tag && { runOnly: [tag] }) };
  const found = await axe.run({ include: [".cnncourse-explorer"] }, options);
  return found.violations
    .filter((violation) => ["serious", "critical"].includes(violation.impact))
    .flatMap(({ help, nodes }) => nodes.map((node) => `${help}: ${node.html.slice(0, 200)}`));
}
