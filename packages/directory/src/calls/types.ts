import type { Directory, DirectoryMethod } from '../interface.ts';

export type Call<M extends DirectoryMethod> = Parameters<Directory[M]>[0];
export type Answer<M extends DirectoryMethod> = ReturnType<Directory[M]>;
