import type { ConnectorPlugin } from '../plugin.ts';

/** The connectors this worker can run. */
export type PluginCatalogue = {
  all: readonly ConnectorPlugin[];
  /** By class name or by an alias of it. */
  find(name: string): ConnectorPlugin | undefined;
  /** As the error for an unknown class lists them. */
  describe(): string;
};

const aliasesOf = (className: string): readonly string[] => {
  const simple = className.slice(className.lastIndexOf('.') + 1);
  return [className, simple, simple.replace(/Connector$/, '')];
};

export const pluginCatalogue = (plugins: readonly ConnectorPlugin[]): PluginCatalogue => {
  const all = [...plugins].sort((left, right) => (left.className < right.className ? -1 : 1));
  return {
    all,
    find: (name) => all.find(({ className }) => aliasesOf(className).includes(name)),
    describe: () =>
      all
        .map(
          ({ className, version, type }) =>
            `PluginDesc{klass=class ${className}, name='${className}', version='${version}', encodedVersion=${version}, type=${type}, typeName='${type}', location='classpath'}`,
        )
        .join(', '),
  };
};
