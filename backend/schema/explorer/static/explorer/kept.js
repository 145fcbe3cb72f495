// What this browser keeps between visits: words of the interface, never a token. A browser may refuse to keep anything.

export function get(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function set(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // it is forgotten with the page
  }
}

export function remove(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    // nothing is kept
  }
}

// The part that belongs to one user, as GraphiQL wants it: what another one opened and asked is not shown.
export function storageOf(user) {
  const prefix = `mibudge:${user}:`;
  const own = () => {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(prefix));
    } catch {
      return [];
    }
  };
  return {
    getItem: (name) => get(prefix + name),
    setItem: (name, value) => localStorage.setItem(prefix + name, value), // GraphiQL looks at what it throws
    removeItem: (name) => remove(prefix + name),
    clear: () => own().forEach((name) => remove(name)),
    get length() {
      return own().length;
    },
  };
}
