// What the clients are given, by the environment, and what they ask for.
export const { BASE_URL, API_KEY, MODEL, RAG } = process.env;
export const HELLO = '你好, who are you?';
export const TICKETS = 'How much does an adult ticket cost?';
export const WEATHER = 'What is the weather in Paris?';
export const PERSON = 'Ada Lovelace is 36 years old and lives in London. Who is it?';

export const weather = ({ city }) => ({ city, temperature: 21, sky: 'clear' });
