// The serious and critical violations that axe-core finds in the explorers: a list of sentences.
async () => {
  const found = await axe.run(
    { include: [".cnncourse-explorer"] },
    { resultTypes: ["violations"] },
  );
  return found.violations
    .filter((violation) => ["serious", "critical"].includes(violation.impact))
    .flatMap(({ help, nodes }) => nodes.map((node) => `${help}: ${node.html.slice(0, 200)}`));
}
