"""Users of a local cloud's user pool."""

from tests.e2e.local_cloud import LocalCloud

PASSWORD = "Correct-horse-7"


def sign_up(cloud: LocalCloud, name: str) -> dict[str, str]:
    """A new user's tokens, as Cognito calls them: `IdToken`, `AccessToken`, `RefreshToken`."""
    cognito, pool = cloud.aws.client("cognito-idp"), cloud.outputs["UserPoolId"]
    cognito.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=cloud.outputs["UserPoolClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
    )
    found: dict[str, str] = answer["AuthenticationResult"]
    return found
