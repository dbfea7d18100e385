/** The sign-in form. */
import { signIn } from "./api.js";
import { h, put } from "./dom.js";

/** The page that asks for address and password; `done` is called once they were right. */
export function showLogin(done) {
  const email = h("input", { type: "email", id: "email", name: "email", autocomplete: "username", required: true });
  const password = h("input", {
    type: "password", id: "password", name: "password", autocomplete: "current-password", required: true,
  });
  const button = h("button", { class: "primary", type: "submit" }, "Sign in");
  const alert = h("p", { class: "alert", role: "alert", "data-testid": "login-error" });

  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    put(alert);
    try {
      await signIn(email.value, password.value);
      done();
    } catch (error) {
      put(alert, error.status === 401 ? "Email or password is wrong." : `Signing in failed: ${error.message}.`);
      password.focus();
    } finally {
      button.disabled = false;
    }
  }

  return h("main", { class: "alone" },
    h("form", { class: "panel login", "data-testid": "login-form", onsubmit: submit },
      h("img", { src: "/assets/icon.svg", alt: "", width: 40, height: 40 }),
      h("h1", {}, "Sign in to Vibe HQ"),
      h("div", { class: "field" }, h("label", { for: "email" }, "Email"), email),
      h("div", { class: "field" }, h("label", { for: "password" }, "Password"), password),
      alert, button));
}
