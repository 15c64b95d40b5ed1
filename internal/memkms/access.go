package memkms

import "slices"

// Rule describes calls. An empty member stands for any.
type Rule struct {
	Caller    string // access key id
	Operation string // as in an IAM action, so ReEncryptFrom and ReEncryptTo
	Key       string // key id or key ARN
}

func (r Rule) covers(caller, operation string, k key) bool {
	return (r.Caller == "" || r.Caller == caller) &&
		(r.Operation == "" || r.Operation == operation) &&
		(r.Key == "" || r.Key == k.id || r.Key == k.arn)
}

type ruling struct {
	Rule
	allow bool
}

// Deny refuses calls with AccessDeniedException. Of all rules that cover a
// call, the last one decides; a call that no rule covers is allowed.
func (k *KMS) Deny(rule Rule) { k.addRule(ruling{rule, false}) }

// Allow permits calls, in spite of what was denied before.
func (k *KMS) Allow(rule Rule) { k.addRule(ruling{rule, true}) }

func (k *KMS) addRule(r ruling) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rules = append(k.rules, r)
}

// AddGrant makes a grant token known, and permits the calls that come with it
// and that a rule covers, in spite of all that was denied. A token that is not
// known is an InvalidGrantTokenException.
func (k *KMS) AddGrant(token string, allowed ...Rule) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.grants[token] = append(k.grants[token], allowed...)
}

// admit decides whether a caller may do something with a key.
func (k *KMS) admit(s session, operation string, found key, grantTokens []string) error {
	k.mu.RLock()
	defer k.mu.RUnlock()
	covers := func(r Rule) bool { return r.covers(s.caller, operation, found) }
	granted := false
	for _, token := range grantTokens {
		rules, ok := k.grants[token]
		if !ok {
			return failure(codeInvalidGrantToken, "A grant token is not valid: no grant of this account has it")
		}
		granted = granted || slices.ContainsFunc(rules, covers)
	}
	if granted {
		return nil
	}
	for _, r := range slices.Backward(k.rules) {
		if covers(r.Rule) {
			if r.allow {
				return nil
			}
			return k.accessDenied(s, operation, found)
		}
	}
	return nil
}

func (k *KMS) accessDenied(s session, operation string, found key) error {
	return failure(codeAccessDenied, "User: arn:%s:iam::%s:user/%s is not authorized to perform: kms:%s on resource: %s because no identity-based policy allows the kms:%[4]s action",
		partition(s.region), k.account, s.caller, operation, found.arn)
}
