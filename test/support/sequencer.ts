import { BaseSequencer, type TestSpecification } from "vitest/node";

/** They take minutes each. Begun last, they would keep one worker busy when the others have nothing left to do. */
const LONG = [
  "test/faults/github-faults-1.test.ts",
  "test/faults/github-faults-2.test.ts",
  "test/faults/github-faults-3.test.ts",
  "test/faults/github-reads.test.ts",
  "test/faults/every-effect.test.ts",
  "test/cli/demo-faults.test.ts",
  "test/cli/demo.test.ts",
  "test/stories/github-errors.test.ts",
];

/** The long files of each project first, and then in the usual order: where nothing is known of earlier runs, by their size. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    const projects = [...new Set(usual.map(({ project }) => project))];
    return projects.flatMap((project) => {
      const own = usual.filter((file) => file.project === project);
      const isLong = ({ moduleId }: TestSpecification) => LONG.some((name) => moduleId.endsWith(`/${name}`));
      return [...own.filter(isLong), ...own.filter((file) => !isLong(file))];
    });
  }
}
