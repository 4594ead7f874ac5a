export {
  type Definition,
  environmentName,
  flagName,
  type Origin,
  type Relation,
  type Setting,
  type Settings,
} from './definition.ts';
export { InvalidSettingError, SettingsError, SettingsFileError, UnknownSettingError } from './errors.ts';
export { MAX_SETTINGS_FILE_BYTES, parseSettingsFile, readSettingsFile, type SettingsFile } from './file.ts';
export { describeSettings, type Resolved, resolveSettings, type Sources } from './resolve.ts';
