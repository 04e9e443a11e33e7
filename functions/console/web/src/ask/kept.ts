// Conversations kept in this browser, apart for each caller: an IndexedDB with their titles and their turns.
// Titles stand alone, so that a list of hundreds reads none of their answers.
import { isUnderWay } from "../api/run";
import type { Caller } from "../session/session";
import type { Conversation } from "./conversation";

const MOST = 200; // the oldest go first
const WHOLE = "conversations";
const TITLES = "titles";
const BY_TIME = "updatedAt";

export interface Title {
  id: string;
  title: string;
  updatedAt: number;
  turns: number;
  isUnderWay: boolean;
}

/** The name of a caller's own store. A key's last characters tell it from others and give nothing away. */
export function storeOf(caller: Caller): string {
  const whose = caller.kind === "person" ? caller.name : caller.kind === "key" ? caller.key.slice(-6) : "";
  return `freshet.ask.${caller.kind}.${whose}`;
}

/** Newest first. */
export async function titles(store: string): Promise<Title[]> {
  const all = await done<Title[]>((await opened(store)).transaction(TITLES).objectStore(TITLES).getAll());
  return all.sort((one, other) => other.updatedAt - one.updatedAt);
}

export async function read(store: string, id: string): Promise<Conversation | undefined> {
  return done((await opened(store)).transaction(WHOLE).objectStore(WHOLE).get(id));
}

export async function keep(store: string, conversation: Conversation): Promise<void> {
  const { whole, headings, ended } = await writing(store);
  whole.put(conversation);
  headings.put(titleFor(conversation));
  const ids = await done(headings.index(BY_TIME).getAllKeys());
  for (const id of ids.slice(0, Math.max(0, ids.length - MOST))) remove(id, whole, headings);
  await ended;
}

/** Deletes conversations; what they were, so that they can be kept again. */
export async function take(store: string, ids: readonly string[]): Promise<Conversation[]> {
  const { whole, headings, ended } = await writing(store);
  const taken = await Promise.all(ids.map((id) => done<Conversation | undefined>(whole.get(id))));
  for (const id of ids) remove(id, whole, headings);
  await ended;
  return taken.flatMap((one) => one ?? []);
}

function titleFor({ id, title, updatedAt, turns }: Conversation): Title {
  return { id, title, updatedAt, turns: turns.length, isUnderWay: turns.some(({ run }) => isUnderWay(run)) };
}

function remove(id: IDBValidKey, ...from: IDBObjectStore[]): void {
  for (const one of from) one.delete(id);
}

async function writing(store: string) {
  const transaction = (await opened(store)).transaction([WHOLE, TITLES], "readwrite");
  const ended = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  return { whole: transaction.objectStore(WHOLE), headings: transaction.objectStore(TITLES), ended };
}

const open = new Map<string, Promise<IDBDatabase>>();

function opened(store: string): Promise<IDBDatabase> {
  const found = open.get(store) ?? opening(store);
  open.set(store, found);
  found.catch(() => open.delete(store));
  return found;
}

function opening(store: string): Promise<IDBDatabase> {
  const request = indexedDB.open(store, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(WHOLE, { keyPath: "id" });
    request.result.createObjectStore(TITLES, { keyPath: "id" }).createIndex(BY_TIME, BY_TIME);
  };
  return done(request);
}

function done<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
