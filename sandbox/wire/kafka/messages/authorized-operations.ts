/** "Not asked for": the value of every *AuthorizedOperations field that the request did not include. */
export const operationsNotAsked = -2147483648;
