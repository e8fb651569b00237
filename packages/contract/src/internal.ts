/** For the packages of this repository alone: files beside the contract are YAML too. */
export { parseYaml, YamlError } from './yaml/parse-yaml.ts'
export type { YamlNode, YamlValue } from './yaml/parse-yaml.ts'
