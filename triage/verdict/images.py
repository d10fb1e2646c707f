"""References of images: which registry a node asks for them. PURE.

The rules of the reference grammar: the first part is a host only if it has a dot or a port or is `localhost`; what has
no host comes from Docker Hub (https://github.com/distribution/reference).
"""

HUB = "docker.io"
_HUBS = frozenset({HUB, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com"})
_OF_HUB = ("auth.docker.io", "production.cloudflare.docker.com", "docker-images-prod")
# Registries of which everybody knows that they exist: that one of them is not found is no misspelling.
_PUBLIC = frozenset(
    {HUB, "quay.io", "ghcr.io", "gcr.io", "registry.k8s.io", "k8s.gcr.io", "mcr.microsoft.com", "public.ecr.aws"}
    | {"registry.gitlab.com", "registry.access.redhat.com", "registry.redhat.io", "docker.elastic.co", "nvcr.io"}
    | {"us.gcr.io", "eu.gcr.io", "asia.gcr.io", "docker.pkg.github.com", "icr.io", "lscr.io", "xpkg.upbound.io"}
)


def host_of(image: str) -> str:
    """The registry that the reference names, Docker Hub by one name."""
    image = image.partition("://")[2] or image
    first, slash, _ = image.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        return HUB
    return normal_host(first)


def normal_host(host: str) -> str:
    """One name for hosts that are the same registry."""
    host = host.casefold().removesuffix(":443").removesuffix(".")
    return HUB if host in _HUBS or host.startswith(_OF_HUB) else host


def repository_of(image: str) -> str:
    """The reference without its tag and digest, with its host."""
    image = (image.partition("://")[2] or image).partition("@")[0]
    path, slash, last = image.rpartition("/")
    name = f"{path}{slash}{last.partition(':')[0]}"
    first = name.partition("/")[0]
    if "/" in name and ("." in first or ":" in first or first == "localhost"):
        return name
    return f"{HUB}/{name}" if "/" in name else f"{HUB}/library/{name}"


def is_public(host: str) -> bool:
    """Whether the registry is one that everybody uses."""
    return host in _PUBLIC or host.endswith((".pkg.dev", ".gcr.io"))
